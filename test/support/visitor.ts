import { chatIdOf } from "../../src/rooms/room-id.ts";
import { call, unique } from "./client.ts";

/** A visitor's room in a demo org, opened as an existing client opens it. */
export async function openVisitorRoom(): Promise<{ roomId: string; chatId: string; visitorId: string }> {
	const user_id = unique("visitor");
	const body = { user_id, org_id: "DOWELL12345", product_name: "WIFIQRCODE", portfolio_name: "storefront" };
	const { body: answer } = await call("POST", "/api/v2/room-control/", { body });
	return { roomId: answer.inserted_id, chatId: chatIdOf(answer.inserted_id), visitorId: `visitor:${user_id}` };
}
