/* How many requests would have to wait while some servers of a group are down: Erlang's C formula (A. K. Erlang, 1917), for which a policy would need
 * a loop. `load` is how busy each server is while all are up. */
#include "changegate.h"

static const check checks[] = {{
    TEXT("waiting(servers: int, down: int, load: percent) -> percent"),
    TEXT("the share of requests that wait while `down` of `servers` are down, each having been busy for `load` of its time"),
}};

DESCRIBE const description *describe(void) {
    static const description says = {TEXT("capacity"), TEXT("1.0.0"), checks, sizeof checks / sizeof *checks};
    return &says;
}

/* `result<percent, string>` */
typedef struct {
    _Bool refused;
    union {
        percent answer;
        text reason;
    };
} outcome;

static const outcome *refuse(const char *reason, size_t length) {
    static outcome out;
    out.refused = 1;
    out.reason = (text){reason, length};
    return &out;
}
#define REFUSE(reason) refuse(reason, sizeof(reason) - 1)

EXPORT("waiting") const outcome *waiting(int64_t servers, int64_t down, int64_t points, int32_t billionths) {
    if (servers < 1 || servers > 1000) return REFUSE("`servers` is not between 1 and 1000");
    if (down < 0 || down > servers) return REFUSE("`down` is not between 0 and `servers`");
    double load = ((double)points + (double)billionths / 1e9) / 100;
    if (load < 0 || load > 1) return REFUSE("`load` is not between 0 % and 100 %");

    double offered = load * (double)servers;
    double left = (double)(servers - down);
    double wait = 1;
    if (offered < left) {
        double blocked = 1;
        for (double server = 1; server <= left; server++) blocked = offered * blocked / (server + offered * blocked);
        wait = blocked / (1 - offered / left * (1 - blocked));
    }

    static outcome out;
    int64_t all = (int64_t)(wait * 1e11);
    out.answer = (percent){all / 1000000000, (int32_t)(all % 1000000000)};
    return &out;
}
