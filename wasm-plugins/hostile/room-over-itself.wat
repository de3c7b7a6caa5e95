;; Gives room for its input where its description stands, and answers what it found there.
;; stops: answers true
(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 512))
(func (export "answer") (param i32 i32) (result i32) (i32.eq (local.get 0) (i32.const 512)))
