import * as z from "zod";
import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const openLink = operation({
	name: "PortalOpen",
	summary: "Begins a session by the token of a link",
	answer: schema.opened,
});
export const session = operation({
	name: "PortalSession",
	summary: "Tells where a session stands: a page that was loaded again goes on in it",
	answer: schema.opened,
});
export const sendCode = operation({
	name: "PortalSendCode",
	summary: "Sends the recipient a code; older codes of the session are void",
	answer: schema.codeSent,
	status: 202,
});
export const verifyCode = operation({
	name: "PortalVerifyCode",
	summary: "Checks a code; the session goes on under another name",
	answer: schema.verified,
});
export const view = operation({
	name: "PortalView",
	summary: "Shows what the link leads to: the first time in a session it is a view that counts",
	answer: schema.viewed,
});
export const ticket = operation({
	name: "PortalTicket",
	summary: "Gives another ticket for the socket of the chat that is shown",
	answer: schema.socketTicket,
});
export const answerConnection = operation({
	name: "PortalAnswerConnection",
	summary: "Accepts or declines the connection that is shown",
	answer: schema.connectionShown,
});
export const requestNew = operation({
	name: "PortalRequestNew",
	summary: "Asks for a new link; it goes to the recipient on record, if it may",
	answer: z.object({}).meta({ dto: "PortalRequestNewResponse" }),
	status: 202,
});
export const logout = operation({ name: "PortalLogout", summary: "Ends a session", answer: null });
