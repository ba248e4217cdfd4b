import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const exportData = operation({
	name: "ExportPersonalData",
	summary: "Hands out everything that is held about a contact or a customer, page by page",
	answer: schema.exportResponse,
	table: "records",
});
export const eraseData = operation({
	name: "ErasePersonalData",
	summary: "Erases a contact or a customer with everything they wrote; to be sent again until isComplete",
	answer: schema.eraseResponse,
	table: "items",
});
export const erasures = operation({
	name: "ListErasures",
	summary: "Lists the erasures there were: who asked, when, and how much went",
	answer: schema.erasuresResponse,
	table: "erasures",
});
