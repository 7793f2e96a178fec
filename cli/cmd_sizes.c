/* cmd_sizes.c - shroffctl sizes: what the programs and MariaDB get on this machine by default. */
#include <stdlib.h>

#include "base/sizes.h"
#include "cli/command.h"

int run_sizes(struct cli *cli)
{
    const struct sizes *s = sizes_here();
    struct machine_size machine;

    machine_read(&machine);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "cores", machine.cores);
    out_i64(&cli->out, "memory_mb", machine.memory_mb);
    out_i64(&cli->out, "workers", s->workers[LOAD_WRITE]);
    out_i64(&cli->out, "workers_query", s->workers[LOAD_READ]);
    out_i64(&cli->out, "workers_metrics", s->workers[LOAD_FEW]);
    out_i64(&cli->out, "max_connections", s->connections);
    out_i64(&cli->out, "innodb_buffer_pool_mb", s->pool_mb);
    out_i64(&cli->out, "innodb_log_file_mb", s->redo_mb);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}
