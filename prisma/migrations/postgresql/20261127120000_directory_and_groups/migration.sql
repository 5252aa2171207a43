-- AlterTable
ALTER TABLE "User" ADD COLUMN "profile" TEXT, ADD COLUMN "profileReadAt" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "Group" (
    "name" TEXT NOT NULL,
    "rules" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Group_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "AccessRevision" (
    "id" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL,

    CONSTRAINT "AccessRevision_pkey" PRIMARY KEY ("id")
);
INSERT INTO "AccessRevision" ("id", "revision") VALUES (1, 0);

-- CreateTable
CREATE TABLE "WorkEmail" (
    "address" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "userId" TEXT NOT NULL,

    CONSTRAINT "WorkEmail_pkey" PRIMARY KEY ("address")
);

-- CreateTable
CREATE TABLE "DirectoryName" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "readAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DirectoryName_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "User_userid_idx" ON "User"("userid");

-- CreateIndex
CREATE INDEX "WorkEmail_domain_idx" ON "WorkEmail"("domain");
