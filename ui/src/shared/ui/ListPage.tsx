// A page that is one list: its title with how many there are, what one can do, and the list.
import { count } from "@/shared/format/numbers";
import { ListBody, type ListParts } from "./ListBody";
import { Page } from "./Page";

export function ListPage<Row extends object>({ actions, ...given }: ListParts<Row>) {
  const { title, list } = given;
  return (
    <Page
      title={title}
      heading={
        <>
          {title} {list.total > 0 && <span className="faint">{count(list.total)}</span>}
        </>
      }
      actions={actions}
    >
      <ListBody {...given} />
    </Page>
  );
}
