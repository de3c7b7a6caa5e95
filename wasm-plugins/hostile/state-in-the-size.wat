;; Answers yes where its memory and its table have the size that they had at first, and makes them larger; what it wrote there must be gone.
;; stops: answers true
(table $table 4 funcref)
(func (export "answer") (param i32 i32) (result i32) (local $same i32)
  (local.set $same (i32.and (i32.eq (memory.size) (i32.const 1)) (i32.eq (table.size $table) (i32.const 4))))
  (drop (memory.grow (i32.const 3)))
  (drop (table.grow $table (ref.null func) (i32.const 3)))
  (local.set $same (i32.and (local.get $same) (i32.eqz (i32.load (i32.const 200000)))))
  (i32.store (i32.const 200000) (i32.const 1))
  (local.get $same))
