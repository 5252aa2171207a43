-- CreateTable
CREATE TABLE "ApplicationSession" (
    "sid" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT,
    "applicationId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "logoutUri" TEXT,
    "createdAt" DATETIME NOT NULL,
    "triedAt" DATETIME,
    "nextTryAt" DATETIME NOT NULL,
    CONSTRAINT "ApplicationSession_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "ApplicationSession_sessionId_applicationId_key" ON "ApplicationSession"("sessionId", "applicationId");

-- CreateIndex
CREATE INDEX "ApplicationSession_sessionId_nextTryAt_idx" ON "ApplicationSession"("sessionId", "nextTryAt");

-- CreateIndex
CREATE INDEX "ApplicationSession_applicationId_idx" ON "ApplicationSession"("applicationId");
