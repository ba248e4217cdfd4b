import { writeCsv } from "../wire/formats/csv.ts";
import { pascalCase } from "../wire/formats/names.ts";
import type { Visit } from "./directory.ts";
import { guarded } from "./lines.ts";
import { everyCustomer } from "./list.ts";
import type { CustomerInfo } from "./answers.ts";
import type { ExportQuery } from "./schema.ts";

/** Customers read at once. */
const PORTION = 500;

const COLUMNS = [
	"id",
	"name",
	"referenceId",
	"accountId",
	"accountName",
	"parentCustomerId",
	"breadcrumb",
	"isStaging",
	"customerState",
	"tags",
	"data",
	"schedule",
	"integrationData",
	"overrideBillingSettings",
	"billingSettings",
	"overrideAppSettings",
	"appSettings",
	"version",
	"dateCreated",
	"dateLastModified",
	"createdBy",
	"lastModifiedBy",
] as const satisfies readonly (keyof CustomerInfo)[];

const HEADER = COLUMNS.map(pascalCase);

/**
 * All customers that match as CSV, in pieces: however many they are, a few hundred are held. People open this file in spreadsheets, so that no
 * cell is a formula; an import takes the same cells back as they were. Throws 400 `InvalidSortField` before the first piece.
 */
export function exportCustomers(visit: Visit, query: ExportQuery): AsyncGenerator<string> {
	return csvOf(everyCustomer(visit, query, PORTION));
}

async function* csvOf(portions: AsyncGenerator<CustomerInfo[]>): AsyncGenerator<string> {
	yield `${HEADER.join(",")}\r\n`;
	for await (const customers of portions) {
		const table = writeCsv(customers.map(rowOf), HEADER);
		yield table.slice(table.indexOf("\r\n") + 2);
	}
}

function rowOf(customer: CustomerInfo): object {
	const cells = COLUMNS.map((name) => {
		const value = customer[name];
		return [pascalCase(name), typeof value === "string" ? guarded(value) : value] as const;
	});
	return Object.fromEntries(cells);
}
