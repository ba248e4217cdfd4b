import * as z from "zod";
import { operation } from "../http/operation.ts";
import * as answers from "./answers.ts";

const ofCustomer = (name: string, summary: string) => operation({ name, summary, answer: answers.customerInfo });
const ofAccount = (name: string, summary: string) => operation({ name, summary, answer: answers.accountInfo });
const ofTag = (name: string, summary: string) => operation({ name, summary, answer: answers.tagInfo });
const list = (name: string, summary: string, answer: z.ZodType) => operation({ name, summary, answer, table: "items" });
const deletion = (name: string, summary: string) => operation({ name, summary, answer: null });

/** Of customers. */
export const customers = {
	list: list("ListCustomers", "Retrieve customers", answers.customerList),
	create: ofCustomer("NewCustomer", "Makes a customer"),
	read: ofCustomer("GetCustomer", "Reads a customer"),
	put: ofCustomer("PutCustomer", "Changes a customer to what is sent"),
	patch: ofCustomer("PatchCustomer", "Changes what is sent of a customer"),
	delete: deletion("DeleteCustomer", "Deletes a customer, if asked to with all below it"),
	move: ofCustomer("MoveCustomer", "Puts a customer below another, or makes it a root"),
	state: operation({
		name: "GetCustomerState",
		summary: "Tells the state that a customer is in, why, and until when",
		answer: answers.customerState,
	}),
	inheritedSchedule: operation({
		name: "GetInheritedSchedule",
		summary: "Reads the schedule that is in effect for a customer",
		answer: answers.inheritedSchedule,
	}),
	testSchedule: operation({
		name: "TestSchedule",
		summary: "Tells the state that a customer would be in with another schedule",
		answer: answers.customerState,
	}),
	staging: ofCustomer("SetCustomerStagingMode", "Makes a customer staging or production"),
	import: operation({
		name: "ImportCustomers",
		summary: "Makes customers of the lines of a CSV or JSONL file",
		answer: answers.importReport,
		table: "lines",
	}),
	export: operation({
		name: "ExportCustomers",
		summary: "Writes all customers that match as a CSV file",
		answer: z.string().describe("CSV"),
		media: "text/csv",
	}),
};

/** Of accounts. */
export const accounts = {
	list: list("ListAccounts", "Lists accounts by name", answers.accountList),
	create: ofAccount("NewAccount", "Makes an account"),
	read: ofAccount("GetAccount", "Reads an account"),
	patch: ofAccount("PatchAccount", "Changes what is sent of an account"),
	delete: deletion("DeleteAccount", "Deletes an account that nothing belongs to"),
};

/** Of tags. */
export const tags = {
	list: list("ListTags", "Lists tags by name", answers.tagList),
	create: ofTag("NewTag", "Makes a tag"),
	read: ofTag("GetTag", "Reads a tag"),
	put: ofTag("PutTag", "Changes a tag to what is sent"),
	patch: ofTag("PatchTag", "Changes what is sent of a tag"),
	delete: deletion("DeleteTag", "Deletes a tag, and so takes it from every customer"),
};
