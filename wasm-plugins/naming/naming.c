/* The naming rule: `pay-db-lon-01` says payments, what it does, London, and a number, and the inventory must say the same of it. */
#include "changegate.h"

static const check checks[] = {{
    TEXT("agrees(id: string, unit: string, region: string) -> bool"),
    TEXT("the name is unit-role-site-number, and its unit and site are those that the inventory gives it"),
}};

DESCRIBE const description *describe(void) {
    static const description says = {TEXT("naming"), TEXT("1.0.0"), checks, sizeof checks / sizeof *checks};
    return &says;
}

/* What a part of the name stands for. */
typedef struct {
    text part, means;
} word;

static const word units[] = {
    {TEXT("pay"), TEXT("payments")},      {TEXT("ret"), TEXT("retail")},        {TEXT("log"), TEXT("logistics")}, {TEXT("cor"), TEXT("corporate")},
    {TEXT("mkt"), TEXT("markets")},       {TEXT("mar"), TEXT("markets")}, /* until 2024 */
    {TEXT("mfg"), TEXT("manufacturing")}, {TEXT("man"), TEXT("manufacturing")},
};
static const word sites[] = {
    {TEXT("nyc"), TEXT("amer")}, {TEXT("chi"), TEXT("amer")}, {TEXT("sao"), TEXT("latam")}, {TEXT("lon"), TEXT("emea")},
    {TEXT("ber"), TEXT("emea")}, {TEXT("blr"), TEXT("apac")}, {TEXT("sin"), TEXT("apac")},  {TEXT("syd"), TEXT("apac")},
};

static _Bool same(text a, text b) {
    if (a.length != b.length) return 0;
    for (size_t n = 0; n < a.length; n++)
        if (a.at[n] != b.at[n]) return 0;
    return 1;
}

static _Bool means(const word *words, size_t count, text part, text wanted) {
    for (size_t n = 0; n < count; n++)
        if (same(words[n].part, part)) return same(words[n].means, wanted);
    return 0;
}
#define MEANS(words, part, wanted) means(words, sizeof words / sizeof *words, part, wanted)

static _Bool number(text part) {
    for (size_t n = 0; n < part.length; n++)
        if (part.at[n] < '0' || part.at[n] > '9') return 0;
    return part.length == 2 || part.length == 3;
}

EXPORT("agrees")
_Bool agrees(const char *id_at, size_t id_length, const char *unit_at, size_t unit_length, const char *region_at, size_t region_length) {
    text id = {id_at, id_length}, unit = {unit_at, unit_length}, region = {region_at, region_length};
    text parts[4] = {{id.at, 0}};
    size_t part = 0;
    for (size_t n = 0; n < id.length; n++) {
        if (id.at[n] != '-')
            parts[part].length++;
        else if (++part < 4)
            parts[part] = (text){id.at + n + 1, 0};
        else
            return 0;
    }
    return part == 3 && parts[1].length > 0 && MEANS(units, parts[0], unit) && MEANS(sites, parts[2], region) && number(parts[3]);
}
