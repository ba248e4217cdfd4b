import { encode } from "uqr";
import { tenantDatabase } from "../db/database.ts";
import { newObjectId } from "../rooms/room-id.ts";
import { invalid } from "./envelope.ts";
import type { MasterLinkBody } from "./schema.ts";
import { insertMasterLink, listQrIds } from "./store.ts";

/** A longer link makes a picture that telephones no longer read; the format itself ends at 2,953 bytes. */
const LINK_LENGTH = 1000;
/** Modules of white that scanners expect round the code (ISO 18004). */
const QUIET_ZONE = 4;

/** One QR code: the link it leads to and its picture. */
type QrCode = { qrid: string; portfolioName: string; masterlink: string; qrcode_image_url: string };

/** Registers the links that lead visitors into rooms of an org, and draws their QR codes. */
export async function createMasterLink(env: Env, tenantId: string, body: MasterLinkBody): Promise<QrCode[]> {
	const codes = body.qr_ids.map(({ qrid, portfolioName }) => ({
		qrid,
		portfolioName,
		masterlink: linkOf(body, qrid, portfolioName),
	}));
	if (codes.some(({ masterlink }) => masterlink.length > LINK_LENGTH))
		throw invalid({ base_url: [`Ensure that a link has no more than ${LINK_LENGTH} characters.`] });
	const now = Date.now();
	await insertMasterLink(tenantDatabase(env, tenantId), {
		id: newObjectId(now),
		orgId: body.workspace_id,
		productName: body.product_name,
		qrIds: codes.map(({ qrid }) => qrid),
		links: codes.map(({ masterlink }) => masterlink),
		createdAt: now,
	});
	return codes.map((code) => ({ ...code, qrcode_image_url: pictureOf(code.masterlink) }));
}

/** The QR ids registered for an org, in order, repeated as often as they were registered. */
export function qrIdsOf(env: Env, tenantId: string, orgId: string): Promise<string[]> {
	return listQrIds(tenantDatabase(env, tenantId), orgId);
}

function linkOf({ base_url, workspace_id, product_name }: MasterLinkBody, qrid: string, portfolioName: string): string {
	const path = [workspace_id, product_name, qrid, portfolioName].map((part) => encodeURIComponent(part.toWellFormed()));
	return `${base_url}/init/chat/${path.join("/")}/?public=true`;
}

/** The picture within its own URL: nobody else has to be asked for it, then or later. */
function pictureOf(link: string): string {
	const { data, size } = encode(link, { ecc: "M", border: QUIET_ZONE });
	const dark = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
	const svg =
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
		`<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${dark.join("")}"/></svg>`;
	return `data:image/svg+xml;base64,${btoa(svg)}`;
}
