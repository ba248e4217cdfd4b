import { integer, text } from "drizzle-orm/sqlite-core";

export const id = () => text().primaryKey();
export const flag = (name: string) => integer(name, { mode: "boolean" }).notNull();
