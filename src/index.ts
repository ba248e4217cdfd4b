import { app } from "./app.ts";

export { Room } from "./rooms/room.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
