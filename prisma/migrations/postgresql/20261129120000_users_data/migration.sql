-- AlterTable
ALTER TABLE "User" ALTER COLUMN "lastLoginAt" DROP NOT NULL;

-- CreateTable
CREATE TABLE "FormerName" (
    "hash" TEXT NOT NULL,

    CONSTRAINT "FormerName_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "WorkEmail_userId_idx" ON "WorkEmail"("userId");
