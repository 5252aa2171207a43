-- CreateTable
CREATE TABLE "Application" (
    "id" TEXT NOT NULL,
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
    "previousSecretUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Application_pkey" PRIMARY KEY ("id")
);
