-- AlterTable
ALTER TABLE "User" ADD COLUMN "profile" TEXT;
ALTER TABLE "User" ADD COLUMN "profileReadAt" DATETIME;

-- CreateTable
CREATE TABLE "Group" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "rules" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "AccessRevision" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "revision" INTEGER NOT NULL
);
INSERT INTO "AccessRevision" ("id", "revision") VALUES (1, 0);

-- CreateTable
CREATE TABLE "WorkEmail" (
    "address" TEXT NOT NULL PRIMARY KEY,
    "domain" TEXT NOT NULL,
    "userId" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "DirectoryName" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "readAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "User_userid_idx" ON "User"("userid");

-- CreateIndex
CREATE INDEX "WorkEmail_domain_idx" ON "WorkEmail"("domain");
