// Adds a pool or changes one.
import { Checkbox, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "@/shared/api/client";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";

type Pool = Schemas["PoolResponse"];

export function PoolForm(given: { pool: Pool | undefined; onClose: () => void; onSaved: () => void }) {
  const { pool } = given;
  const isDefault = pool?.name === "default_pool";
  const [name, setName] = useState(pool?.name ?? "");
  const [slots, setSlots] = useState<number | string>(pool?.slots ?? 8);
  const [description, setDescription] = useState(pool?.description ?? "");
  const [countsDeferred, setCountsDeferred] = useState(pool?.include_deferred ?? false);
  const save = async (): Promise<void> => {
    const common = { slots: Number(slots), include_deferred: countsDeferred };
    if (pool) {
      const params = {
        path: { pool_name: pool.name },
        query: { update_mask: ["slots", "include_deferred", ...(isDefault ? [] : ["description"])] },
      };
      const body = isDefault ? common : { ...common, pool: pool.name, description };
      await api.PATCH("/api/v2/pools/{pool_name}", { params, body });
    } else {
      await api.POST("/api/v2/pools", { body: { ...common, name, description: description || null } });
    }
    given.onSaved();
    tellDone(`${name} is saved.`);
  };
  return (
    <Confirm
      title={pool ? `Change ${pool.name}` : "Add a pool"}
      yes="Save"
      isReady={name.trim() !== "" && slots !== ""}
      act={save}
      onClose={given.onClose}
    >
      <TextInput
        label="Name"
        required
        value={name}
        disabled={pool !== undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus={pool === undefined}
      />
      <NumberInput
        label="Slots"
        description="-1: as many as there are tasks"
        size="xs"
        mt="sm"
        min={-1}
        allowDecimal={false}
        value={slots}
        onChange={setSlots}
      />
      <Checkbox
        mt="sm"
        label="Deferred tasks keep their slot"
        checked={countsDeferred}
        onChange={(event) => setCountsDeferred(event.currentTarget.checked)}
      />
      {!isDefault && (
        <TextInput
          label="Description"
          mt="sm"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
      )}
    </Confirm>
  );
}
