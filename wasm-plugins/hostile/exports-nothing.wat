;; Exports nothing at all.
;; stops: load
(component)
