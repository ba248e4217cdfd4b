import type { JSX } from "preact";

export function LinksOf(_: { resourceType: string; resourceUid: string }): JSX.Element {
	return <></>;
}
