;; Fills all the memory that it may have, again and again: a single instruction that is much work.
;; stops: fuel
(memory (export "memory") 400)
(func (export "answer") (param i32 i32) (result i32)
  (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 26214400)) (br $again)) (unreachable))
