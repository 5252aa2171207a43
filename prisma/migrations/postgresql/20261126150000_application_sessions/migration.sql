-- CreateTable
CREATE TABLE "ApplicationSession" (
    "sid" TEXT NOT NULL,
    "sessionId" TEXT,
    "applicationId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "logoutUri" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "triedAt" TIMESTAMP(3),
    "nextTryAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ApplicationSession_pkey" PRIMARY KEY ("sid")
);

-- CreateIndex
CREATE UNIQUE INDEX "ApplicationSession_sessionId_applicationId_key" ON "ApplicationSession"("sessionId", "applicationId");

-- CreateIndex
CREATE INDEX "ApplicationSession_sessionId_nextTryAt_idx" ON "ApplicationSession"("sessionId", "nextTryAt");

-- CreateIndex
CREATE INDEX "ApplicationSession_applicationId_idx" ON "ApplicationSession"("applicationId");

-- AddForeignKey
ALTER TABLE "ApplicationSession" ADD CONSTRAINT "ApplicationSession_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
