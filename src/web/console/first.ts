import { askEarly } from "./core/early.ts";
import { session } from "./core/session.ts";
import { route } from "./core/route.ts";
import { FIRST_CHATS } from "./inbox/first-chats.ts";

// The first import of the page, so that what the first screen shows is on its way while the rest of the program is made ready.
const [section = "inbox"] = route.value;
const { token } = session.value ?? {};
if (token === undefined) askEarly("/console/settings", {});
else if (section === "inbox") askEarly(FIRST_CHATS, { Authorization: `Bearer ${token}` });
