/** A customer as D1 has it. */
export type CustomerRow = {
	id: number;
	uid: string;
	account_id: number;
	parent_id: number | null;
	path: string;
	child_count: number;
	descendant_count: number;
	name: string;
	name_key: string;
	reference_id: string;
	is_staging: number;
	customer_state: string;
	tag_ids: string;
	data: string | null;
	schedule: string | null;
	integration_data: string | null;
	override_billing_settings: number;
	billing_settings: string | null;
	override_app_settings: number;
	app_settings: string | null;
	version: number;
	index_seq: number;
	created_at: number;
	created_by: string;
	updated_at: number;
	updated_by: string;
};

/** Digits of one step of a path. */
export const STEP = 8;

/** The paths from the root to the one given, itself last. */
export function stepsOf(path: string): string[] {
	return Array.from({ length: path.length / STEP }, (_, level) => path.slice(0, (level + 1) * STEP));
}

/** The id that a path ends in. */
export function idOfPath(path: string): number {
	return Number.parseInt(path.slice(-STEP), 16);
}

/** `,3,17,` as its numbers. */
export function tagIdsOf(text: string): number[] {
	return text.split(",").filter(Boolean).map(Number);
}

/** Numbers as `,3,17,`; none as an empty text. */
export function tagText(ids: readonly number[]): string {
	return ids.length === 0 ? "" : `,${ids.join(",")},`;
}
