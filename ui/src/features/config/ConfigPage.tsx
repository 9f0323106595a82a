// The settings that the server runs with; secrets are hidden.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Page, Section } from "@/shared/ui/Page";
import { SearchBox } from "@/shared/ui/SearchBox";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./ConfigPage.module.css";

export function ConfigPage() {
  const { search } = useSearch({ from: "/config" });
  const navigate = useNavigate({ from: "/config" });
  const query = useQuery({
    queryKey: keys.admin("config"),
    queryFn: async () => (await data(api.GET("/api/v2/config"))) as Schemas["Config"],
  });
  const wanted = search?.toLowerCase() ?? "";
  const sections = (query.data?.sections ?? [])
    .map((section) => ({
      ...section,
      options: section.options.filter((option) => `${section.name}.${option.key}`.toLowerCase().includes(wanted)),
    }))
    .filter((section) => section.options.length > 0);
  return (
    <Page title="Configuration">
      <SearchBox
        label="Search by name"
        value={search}
        onChange={(value) => void navigate({ search: value ? { search: value } : {}, replace: true })}
      />
      {query.error && <ErrorPanel error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {query.data && sections.length === 0 && (
        <EmptyState title="No setting has this name" code="tradewind config list">
          The command line lists the same settings.
        </EmptyState>
      )}
      {sections.map((section) => (
        <Section key={section.name} title={section.name}>
          <dl className={classes.list}>
            {section.options.map((option) => (
              <div key={option.key} className={classes.row}>
                <dt>{option.key}</dt>
                <dd className="mono">
                  <Copyable text={String(option.value)} label="Copy the value" />
                </dd>
                <dd className={`mono faint ${classes.variable}`}>{variable(section.name, option.key)}</dd>
              </div>
            ))}
          </dl>
        </Section>
      ))}
    </Page>
  );
}

/** The environment variable that sets it. */
function variable(section: string, option: string): string {
  return `TRADEWIND__${section.toUpperCase()}__${option.toUpperCase()}`;
}
