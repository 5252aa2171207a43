-- CreateTable
CREATE TABLE "OpenidRecord" (
    "idHash" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "grantId" TEXT,
    "sessionId" TEXT,
    "applicationId" TEXT,
    "expiresAt" DATETIME NOT NULL,
    "consumedAt" DATETIME,
    CONSTRAINT "OpenidRecord_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "OpenidRecord_applicationId_fkey" FOREIGN KEY ("applicationId") REFERENCES "Application" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "OpenidRecord_grantId_idx" ON "OpenidRecord"("grantId");

-- CreateIndex
CREATE INDEX "OpenidRecord_sessionId_idx" ON "OpenidRecord"("sessionId");

-- CreateIndex
CREATE INDEX "OpenidRecord_applicationId_idx" ON "OpenidRecord"("applicationId");

-- CreateIndex
CREATE INDEX "OpenidRecord_expiresAt_idx" ON "OpenidRecord"("expiresAt");
