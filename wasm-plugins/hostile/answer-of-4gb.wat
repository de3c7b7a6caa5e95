;; Answers a text of 4 GB that starts at 0: its length is believed or its memory read beyond the end.
;; answer: string
;; stops: trap nonsense size
(func (export "answer") (param i32 i32) (result i32)
  (i32.store (i32.const 2000) (i32.const 0)) (i32.store (i32.const 2004) (i32.const -1)) (i32.const 2000))
