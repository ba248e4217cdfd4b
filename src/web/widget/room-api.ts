import type { Memory } from "./memory.ts";
import type { Settings } from "./settings.ts";
import { StopError } from "../socket/connection.ts";

type RoomDocument = { is_active: boolean };
type Envelope<T> = { success: boolean; message?: string; response?: T };

/** When the office is open; null when nobody says so. */
export type Hours = { isOpen: boolean | null; nextChange: Date | null };

/** The visitor's room, made when there is none: the same four fields lead to the same one. */
export async function openRoom({ origin, org, product }: Settings, { user, portfolio }: Memory): Promise<string> {
	// A form: for JSON the browser would ask first whether it may.
	const body = new URLSearchParams({ user_id: user, org_id: org, product_name: product, portfolio_name: portfolio });
	const response = await fetch(`${origin}/api/v2/room-control/`, { method: "POST", body });
	if (response.status >= 500 || response.status === 429) throw new Error(`room-control answered ${response.status}`);
	const answer = (await response.json()) as Envelope<unknown> & { inserted_id?: string };
	if (!answer.success || answer.inserted_id === undefined) {
		console.warn(`Foyer: ${answer.message} (data-org ${org}, data-product ${product}).`);
		throw new StopError(answer.message ?? "no room");
	}
	return answer.inserted_id;
}

/** False when the room has been closed for good, or is gone; true also when that cannot be found out now. */
export async function isRoomActive(origin: string, roomId: string): Promise<boolean> {
	try {
		const query = new URLSearchParams({ type: "get_room_by_id", room_id: roomId });
		const response = await fetch(`${origin}/api/v2/room-service/?${query}`);
		if (!response.ok) return response.status >= 500 || response.status === 429;
		// A list or the bare document, as the deployment is set.
		const answer = (await response.json()) as Envelope<RoomDocument | RoomDocument[] | null>;
		const [room] = [answer.response].flat();
		return room?.is_active === true;
	} catch {
		return true;
	}
}

/** The opening hours as far as visitors may know them. */
export async function hoursOf({ origin, org, customer }: Settings): Promise<Hours> {
	const unknown = { isOpen: null, nextChange: null };
	try {
		const query = customer === undefined ? "" : `?${new URLSearchParams({ customer_id: customer })}`;
		const response = await fetch(`${origin}/api/v2/widget-hours/${encodeURIComponent(org)}/${query}`);
		if (!response.ok) return unknown;
		const answer = (await response.json()) as { is_open: boolean | null; next_change: string | null };
		return {
			isOpen: answer.is_open,
			nextChange: answer.next_change === null ? null : new Date(answer.next_change),
		};
	} catch {
		return unknown;
	}
}
