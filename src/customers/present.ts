import { surroundingsOf, type Surroundings } from "./lookup-store.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { CustomerInfo } from "./answers.ts";
import { effectiveOf } from "./effective.ts";
import { STEP, stepsOf, tagIdsOf, type CustomerRow } from "./row.ts";

/** How customers are shown to somebody: `root` is the path of the topmost customer that exists for them. */
export type View = { root: string; resolve: boolean };

/** Rows with what surrounds them, as the wire has them. */
export async function present(db: TenantDatabase, rows: readonly CustomerRow[], view: View): Promise<CustomerInfo[]> {
	if (rows.length === 0) return [];
	const surroundings = await surroundingsOf(
		db,
		{
			paths: [...new Set(rows.flatMap(({ path }) => stepsOf(path)))],
			accountIds: [...new Set(rows.map(({ account_id }) => account_id))],
			tagIds: [...new Set(rows.flatMap(({ tag_ids }) => tagIdsOf(tag_ids)))],
		},
		view.resolve,
	);
	const index = indexOf(surroundings);
	return rows.map((row) => infoOf(row, index, view));
}

/** Surroundings by what they are looked up by. */
type Index = {
	byPath: ReadonlyMap<string, Surroundings["ancestors"][number]>;
	accounts: ReadonlyMap<number, Surroundings["accounts"][number]>;
	tags: ReadonlyMap<number, Surroundings["tags"][number]>;
};

function indexOf({ ancestors, accounts, tags }: Surroundings): Index {
	return {
		byPath: new Map(ancestors.map((ancestor) => [ancestor.path, ancestor])),
		accounts: new Map(accounts.map((account) => [account.id, account])),
		tags: new Map(tags.map((tag) => [tag.id, tag])),
	};
}

function infoOf(row: CustomerRow, index: Index, view: View): CustomerInfo {
	const account = index.accounts.get(row.account_id);
	const chain = stepsOf(row.path).flatMap((path) => index.byPath.get(path) ?? []);
	const visible = chain.filter(({ path }) => path.length >= view.root.length);
	const parent = visible.find(({ path }) => path.length === row.path.length - STEP);
	return {
		id: row.uid,
		dateCreated: new Date(row.created_at).toISOString(),
		dateLastModified: new Date(row.updated_at).toISOString(),
		createdBy: row.created_by,
		lastModifiedBy: row.updated_by,
		...(account ? { accountId: account.uid } : {}),
		...(parent ? { parentCustomerId: parent.uid } : {}),
		breadcrumb: visible.map(({ uid, name }) => ({ id: uid, name })),
		...(account ? { accountName: account.name } : {}),
		isStaging: row.is_staging === 1,
		name: row.name,
		...(row.reference_id ? { referenceId: row.reference_id } : {}),
		...stored("data", row.data),
		// A tag that was deleted is on nobody any more, whatever their rows still say.
		tags: tagIdsOf(row.tag_ids).flatMap((id) => {
			const tag = index.tags.get(id);
			return tag ? [{ id: tag.uid, name: tag.name, color: tag.color }] : [];
		}),
		...stored("schedule", row.schedule),
		...stored("integrationData", row.integration_data),
		overrideBillingSettings: row.override_billing_settings === 1,
		...stored("billingSettings", row.billing_settings),
		overrideAppSettings: row.override_app_settings === 1,
		...stored("appSettings", row.app_settings),
		...(row.customer_state ? { customerState: row.customer_state } : {}),
		childCount: row.child_count,
		descendantCount: row.descendant_count,
		version: row.version,
		...(view.resolve ? { effective: effectiveOf(chain, account, view.root) } : {}),
	};
}

function stored<Name extends "data" | "schedule" | "integrationData" | "billingSettings" | "appSettings">(
	name: Name,
	json: string | null,
): Pick<CustomerInfo, Name> {
	return (json === null ? {} : { [name]: JSON.parse(json) }) as Pick<CustomerInfo, Name>;
}
