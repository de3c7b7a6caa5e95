/* What a plugin in C needs: the values of changegate-plugin.wit as they lie in memory, and how a function is exported.
 *
 * There is no C library. Each call starts from a fresh memory, so nothing is ever freed. */
#ifndef CHANGEGATE_H
#define CHANGEGATE_H

#include <stddef.h>
#include <stdint.h>

/* A function that the component exports under this name. */
#define EXPORT(name) __attribute__((export_name(name)))

/* A text, UTF-8 without an end mark. As a parameter it is two: where it is, and how long. So is a list; of a record, each field is one. */
typedef struct {
    const char *at;
    size_t length;
} text;

/* A text of the source: TEXT("capacity"). */
#define TEXT(literal) {literal, sizeof(literal) - 1}

/* 12.5 % is 12 points and 500_000_000 billionths of a point. */
typedef struct {
    int64_t points;
    int32_t billionths;
} percent;

typedef struct {
    text signature, about;
} check;

typedef struct {
    text name, version;
    const check *checks;
    size_t count;
} description;

/* Goes before the function that gives the description; nothing has to be done after it. */
#define DESCRIBE EXPORT("changegate:plugin/description@1.0.0#describe")

/* Where the host puts the texts and lists that a check takes: one after the other, to the end of what the host allows. */
extern char __heap_base;

EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    static uintptr_t next;
    if (next == 0) next = (uintptr_t)&__heap_base;
    uintptr_t at = (next + align - 1) & ~(uintptr_t)(align - 1);
    size_t room = __builtin_wasm_memory_size(0) << 16;
    if (size > UINT32_MAX - at) __builtin_trap();
    if (at + size > room && __builtin_wasm_memory_grow(0, (at + size - room + 0xffff) >> 16) == (size_t)-1) __builtin_trap();
    next = at + size;
    for (size_t n = 0; n < old_size && n < size; n++) ((char *)at)[n] = ((const char *)old)[n];
    return (void *)at;
}

#endif
