-- CreateTable
CREATE TABLE "OpenidRecord" (
    "idHash" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "grantId" TEXT,
    "sessionId" TEXT,
    "applicationId" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "consumedAt" TIMESTAMP(3),

    CONSTRAINT "OpenidRecord_pkey" PRIMARY KEY ("idHash")
);

-- CreateIndex
CREATE INDEX "OpenidRecord_grantId_idx" ON "OpenidRecord"("grantId");

-- CreateIndex
CREATE INDEX "OpenidRecord_sessionId_idx" ON "OpenidRecord"("sessionId");

-- CreateIndex
CREATE INDEX "OpenidRecord_applicationId_idx" ON "OpenidRecord"("applicationId");

-- CreateIndex
CREATE INDEX "OpenidRecord_expiresAt_idx" ON "OpenidRecord"("expiresAt");

-- AddForeignKey
ALTER TABLE "OpenidRecord" ADD CONSTRAINT "OpenidRecord_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OpenidRecord" ADD CONSTRAINT "OpenidRecord_applicationId_fkey" FOREIGN KEY ("applicationId") REFERENCES "Application"("id") ON DELETE CASCADE ON UPDATE CASCADE;
