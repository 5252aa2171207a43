-- AlterTable
ALTER TABLE "Session" ADD COLUMN "secretLabel" TEXT;

-- CreateIndex
CREATE INDEX "Session_secretLabel_createdAt_idx" ON "Session"("secretLabel", "createdAt");
