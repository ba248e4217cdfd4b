import { app } from "./app.ts";
import { withMethod } from "./wire/method.ts";

export { Room } from "./rooms/room.ts";

export default {
	fetch: (request, env, context) => app.fetch(withMethod(request), env, context),
} satisfies ExportedHandler<Env>;
