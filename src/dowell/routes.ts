import { Hono } from "hono";
import type { FoyerEnv } from "../http/foyer-env.ts";

export const dowell = new Hono<FoyerEnv>();
