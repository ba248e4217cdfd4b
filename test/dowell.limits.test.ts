import { expect, it } from "vitest";
import { dowell, fourFields } from "./support/dowell.ts";

const A_MINUTE = 60;

const openFrom = (address: string, fields: object = fourFields(), path = "room-control") =>
	dowell.post(path, fields, { "CF-Connecting-IP": address });

it("refuses an address that makes rooms by the dozen, and nothing else", async () => {
	const [address, neighbour] = ["2001:db8:7::1", "2001:db8:7:ffff::2"];
	const first = fourFields();
	const room = (await openFrom(address, first)).body.inserted_id;
	let made = 1;
	let refused = await openFrom(address);
	// A minute may end on the way.
	while (refused.status === 200 && made < 2 * A_MINUTE) {
		made += 1;
		refused = await openFrom(address);
	}
	expect(made).toBeGreaterThanOrEqual(A_MINUTE);
	expect(refused).toMatchObject({
		status: 429,
		body: { success: false, message: "Too many new rooms from this address; try again in a minute." },
	});
	expect(refused.headers.get("Retry-After")).toBe("60");
	const walkIn = { user_id: "walk-in", product_name: "LOGIN" };
	expect((await openFrom(neighbour, walkIn, "login")).status).toBe(429);
	expect((await openFrom(address, first)).body).toMatchObject({ success: true, inserted_id: room });
	expect((await openFrom("203.0.113.5")).status).toBe(200);
});
