"""Where tasks run: zygotes, the processes they fork, and what one attempt does from its start to its report.

How the processes stand to each other (`executors.local` is the server's side of it):

    server
      base zygote                 everything that all tasks need is imported; adopts orphans
        file zygote               one for each DAG file in use: the file is imported once; adopts orphans
          attempt or spare        `isolation="fork"`: one attempt, then it leaves
          worker                  `isolation="reuse"`: attempts one after another
        fresh interpreter         `isolation="spawn"`, and files whose import starts threads

Each process has a socket of its own to the server; the far end travels to the zygote with the order to fork. A zygote
forks, reaps and kills, and says which process is gone and how (`comms.Fork`, `Stop`, `Ready`, `Gone`). What an attempt
says (`Started`, requests, `Ended`) goes to the server directly. Who dies takes others along, never too many:

- an attempt's process ends: what it left running is adopted by the zygote, told apart by its mark
  (`process_tree.Mark`), and ended; daemons of attempts that still run are left in peace;
- a file zygote ends: the kernel kills its attempts, the server kills what carries their marks, and only then says that
  they are lost;
- the base ends: file zygotes and their attempts go on, a new base is started;
- the server ends: every zygote sees its socket close and ends the whole tree below it; a successor makes sure
  (`process_tree.end_marked`) before it takes over.

On a machine without a server, `supervisor` runs one attempt and talks HTTP.
"""
