// Names for the shapes of the API, as its OpenAPI document describes them.
import type { components } from "./schema";

export type Schemas = components["schemas"];
