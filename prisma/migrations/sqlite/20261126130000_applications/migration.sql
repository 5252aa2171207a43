-- CreateTable
CREATE TABLE "Application" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "redirectUris" TEXT NOT NULL,
    "postLogoutRedirectUris" TEXT NOT NULL,
    "backchannelLogoutUri" TEXT,
    "openUrl" TEXT,
    "logoUrl" TEXT,
    "access" TEXT NOT NULL,
    "usernameClaim" TEXT NOT NULL,
    "refreshTokens" BOOLEAN NOT NULL,
    "scopes" TEXT NOT NULL,
    "secretHash" TEXT,
    "previousSecretHash" TEXT,
    "previousSecretUntil" DATETIME,
    "createdAt" DATETIME NOT NULL
);
