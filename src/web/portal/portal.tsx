import type { JSX } from "preact";
import type { Viewed } from "./api.ts";
import { Arrival, Sender, Waiting } from "./arrival.tsx";
import { Code } from "./code.tsx";
import { Conversation } from "./conversation.tsx";
import { Asked, Left, Problem } from "./ends.tsx";
import { ConnectionRequest, CustomerProfile, Leading } from "./resources.tsx";
import { screen, type Screen } from "./visit.ts";

/** The whole page: one screen at a time. */
export function Portal(): JSX.Element {
	return shown(screen.value);
}

function shown(current: Screen): JSX.Element {
	switch (current.name) {
		case "arrival":
			return <Arrival />;
		case "waiting":
			return <Waiting what={current.what} />;
		case "sender":
			return <Sender opened={current.opened} />;
		case "code":
			return <Code opened={current.opened} sent={current.sent} />;
		case "problem":
			return <Problem {...current} />;
		case "asked":
			return <Asked />;
		case "left":
			return <Left />;
		default:
			return <Resource viewed={current.viewed} />;
	}
}

function Resource({ viewed }: { viewed: Viewed }): JSX.Element {
	const { chat, customer, connection, redirect } = viewed;
	if (chat) return <Conversation viewed={viewed} chat={chat} />;
	if (customer) return <CustomerProfile viewed={viewed} customer={customer} />;
	if (connection) return <ConnectionRequest viewed={viewed} shown={connection} />;
	return <Leading url={redirect?.url ?? ""} />;
}
