;; What stands around a guest that is only the body of a core module: the component that it pretends to be. {…} are filled in by zoo.rs.
(component
  (import "changegate:plugin/types@1.0.0" (instance $types
    (type $d (record (field "year" s16) (field "month" u8) (field "day" u8)))
    (export "date" (type (eq $d)))
    (type $n (record (field "whole" s64) (field "billionths" s32)))
    (export "decimal" (type (eq $n)))
  ))
  (alias export $types "date" (type $date))
  (alias export $types "decimal" (type $decimal))
  (type $word-plain (enum "yes" "no"))
  (export $word "word" (type $word-plain))

{before}
  (core module $module
{module}
  )
  (core instance $guest (instantiate $module {with}))
  (alias core export $guest "memory" (core memory $memory))
  (alias core export $guest "cabi_realloc" (core func $realloc))

  (type $check-plain (record (field "signature" string) (field "about" string)))
  (type $description-plain (record (field "name" string) (field "version" string) (field "checks" (list $check-plain))))
  (func $describe (result $description-plain) (canon lift (core func $guest "describe") (memory (core memory $memory)) string-encoding=utf8))
  (component $description
    (type $check-plain (record (field "signature" string) (field "about" string)))
    (import "check" (type $check (eq $check-plain)))
    (type $description-plain (record (field "name" string) (field "version" string) (field "checks" (list $check))))
    (import "description" (type $description (eq $description-plain)))
    (import "describe" (func $describe (result $description)))
    (export $check-out "check" (type $check))
    (type $description-again (record (field "name" string) (field "version" string) (field "checks" (list $check-out))))
    (export $description-out "description" (type $description-again))
    (export "describe" (func $describe) (func (result $description-out)))
  )
  (instance $described (instantiate $description
    (with "check" (type $check-plain)) (with "description" (type $description-plain)) (with "describe" (func $describe))))
  (export "changegate:plugin/description@1.0.0" (instance $described))

  (func $answer (param "text" string) (result {type})
    (canon lift (core func $guest "answer") (memory (core memory $memory)) (realloc (core func $realloc)) string-encoding=utf8 {post}))
  (export "answer" (func $answer))
{after}
)
