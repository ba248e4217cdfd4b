import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const authenticate = operation({
	name: "Authenticate",
	summary: "Says who calls; trades an API key for a token that lasts a quarter of an hour",
	answer: schema.authenticateResponse,
});
export const getAccessToken = operation({
	name: "GetAccessToken",
	summary: "Trades an API key, the refresh token of typed clients, for a new access token",
	answer: schema.accessTokenResponse,
});
