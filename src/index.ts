import { app } from "./app.ts";
import { consume } from "./delivery/consumer.ts";
import type { Handed } from "./delivery/delivery.ts";
import { sweep } from "./delivery/sweep.ts";
import { withMethod } from "./wire/method.ts";

export { Lobby } from "./lobby/lobby.ts";
export { Room } from "./rooms/room.ts";

export default {
	fetch: (request, env, context) => app.fetch(withMethod(request), env, context),
	queue: (batch, env) => consume(env, batch),
	scheduled: (_, env) => sweep(env),
} satisfies ExportedHandler<Env, Handed>;
