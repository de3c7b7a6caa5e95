;; Answers the 30th of February.
;; answer: date
;; stops: nonsense
(func (export "answer") (param i32 i32) (result i32)
  (i32.store16 (i32.const 2000) (i32.const 2026)) (i32.store8 (i32.const 2002) (i32.const 2)) (i32.store8 (i32.const 2003) (i32.const 30)) (i32.const 2000))
