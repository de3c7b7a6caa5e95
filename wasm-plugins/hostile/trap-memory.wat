;; Reads beyond its memory.
;; stops: trap
(func (export "answer") (param i32 i32) (result i32) (i32.load (i32.const -4)))
