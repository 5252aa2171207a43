-- CreateTable
CREATE TABLE "SigningKey" (
    "kid" TEXT NOT NULL PRIMARY KEY,
    "follows" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "wrapped" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "signsFrom" DATETIME NOT NULL,
    "withdrawnAt" DATETIME
);

-- CreateIndex
CREATE UNIQUE INDEX "SigningKey_follows_key" ON "SigningKey"("follows");
