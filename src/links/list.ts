import { readCursor, writeCursor } from "../http/cursor.ts";
import { Failure } from "../http/failure.ts";
import { presented } from "./link.ts";
import { countLinks, listLinks, SPAN, type LinkPlace } from "./list-store.ts";
import { canonical } from "./resource-type.ts";
import type { LinkList, ListQuery } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { ownOnly } from "./staff.ts";

const NOTHING: LinkList = { links: [], totalCount: 0, totalPages: 0, hasMorePages: false };

/** One page of the links that somebody may see, the newest first. */
export async function linksOf(staff: Staff, query: ListQuery): Promise<LinkList> {
	const { page, countPerPage, simplifiedPaging, cursor, status, resourceType, resourceUid, createdByUserId } = query;
	const own = ownOnly(staff);
	if (own !== undefined && createdByUserId !== undefined && createdByUserId !== own) return NOTHING;
	const filter = {
		contactId: query.recipientContactId || undefined,
		resourceUid,
		createdBy: own ?? createdByUserId,
		resourceType: resourceType && canonical(resourceType),
		status,
	};
	const after = cursor === undefined ? undefined : placeOf(cursor);
	const offset = after ? 0 : page * countPerPage;
	if (offset > SPAN)
		throw new Failure("OffsetTooDeep", `Pages end after ${SPAN} links; go on with the cursor of the last answer.`);
	const now = Date.now();
	const [{ rows, brokenOffAt }, totalCount] = await Promise.all([
		listLinks(staff.tenant, filter, { after, offset, take: countPerPage }, now),
		simplifiedPaging ? 0 : countLinks(staff.tenant, filter, now),
	]);
	const shown = rows.slice(0, countPerPage);
	const end = rows.length > shown.length ? shown.at(-1) : (brokenOffAt ?? shown.at(-1));
	return {
		links: shown.map((row) => presented(row, now)),
		totalCount,
		totalPages: Math.ceil(totalCount / countPerPage),
		hasMorePages: rows.length > shown.length || brokenOffAt !== undefined,
		...(end ? { cursor: writeCursor([end.createdAt, end.id]) } : {}),
	};
}

function placeOf(cursor: string): LinkPlace {
	const [createdAt, id] = readCursor(cursor, ["number", "number"]) as [number, number];
	return { createdAt, id };
}
