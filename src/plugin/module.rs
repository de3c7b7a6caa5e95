//! A component that was read, compiled, described, and can be asked.

use std::sync::Arc;

use wasmtime::component::{Component, InstancePre, Val};

use crate::check::plugin::{Described, DescribedCheck, Limits, Value};

use super::describe::{self, Description};
use super::digest::digest;
use super::engine::{Host, Inner};
use super::failure::{Failure, LoadError};
use super::limits::{DESCRIBE, MAX_ANSWER, MAX_HANDLES};
use super::reflect::{Exported, reflect};
use super::scan::scan;
use super::state::State;
use super::{convert, guarded, stopped};

/// A plugin's component. Cheap to clone; threads share nothing of it but the compiled code.
#[derive(Clone, Debug)]
pub struct Module(Arc<Loaded>);

struct Loaded {
    host: Arc<Inner>,
    pre: InstancePre<State>,
    described: Arc<Described>,
    abouts: Vec<String>,
    /// In the order of `described.checks`.
    checks: Vec<Exported>,
    from_cache: bool,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("described", &self.described).finish_non_exhaustive()
    }
}

/// What became of a question, for `plugin run` and `plugin test`.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The answer, or why there is none.
    pub result: Result<Value, Failure>,
    /// Units of fuel that were used.
    pub fuel: u64,
    /// Bytes of memory that were in use at the end; memory does not shrink.
    pub memory: u64,
    /// Lines that the plugin logged, cut off where they were long or many.
    pub log: Vec<String>,
}

impl Host {
    /// Reads a component: takes its code from the cache or compiles it, asks it what it is, and holds that against its own types.
    ///
    /// # Errors
    /// Why it cannot be used, in words for people. Whatever the bytes are, this ends in time and memory that their number bounds.
    pub fn load(&self, bytes: &[u8]) -> Result<Module, LoadError> {
        guarded::load(|| self.load_unguarded(bytes))
    }

    fn load_unguarded(&self, bytes: &[u8]) -> Result<Module, LoadError> {
        let digest = digest(bytes);
        let cached = self.0.options.cache.as_ref().and_then(|cache| cache.open(&self.0.engine, &digest));
        if let Some((component, notes)) = cached
            && let Some(description) = Description::from_notes(&notes)
        {
            return self.assemble(digest, &component, Some(description));
        }
        scan(bytes)?;
        let component = Component::from_binary(&self.0.engine, bytes).map_err(|e| stopped::compile(&e))?;
        let module = self.assemble(digest, &component, None)?;
        if let Some(cache) = &self.0.options.cache {
            cache.keep(module.digest(), &module.notes(), &component);
        }
        Ok(module)
    }

    fn assemble(&self, digest: String, component: &Component, known: Option<Description>) -> Result<Module, LoadError> {
        let mut reflected = reflect(&self.0.engine, component)?;
        let pre = self.0.linker.instantiate_pre(component).map_err(|e| stopped::compile(&e))?;
        let from_cache = known.is_some();
        let description = match known {
            Some(known) => known,
            None => {
                let asked = call(&self.0, &pre, &reflected.describe, &[], DESCRIBE, false);
                let answer = asked.0.map_err(|failure| describe::failed(&failure))?;
                Description::from_answer(answer)?
            }
        };
        let abouts = description.agree(&mut reflected.checks)?;
        let checks = reflected
            .checks
            .iter()
            .map(|check| DescribedCheck { signature: check.signature.clone(), exported: check.text.clone() })
            .collect();
        let described = Described { name: description.name, version: description.version, digest, checks };
        Ok(Module(Arc::new(Loaded {
            host: Arc::clone(&self.0),
            pre,
            described: Arc::new(described),
            abouts,
            checks: reflected.checks,
            from_cache,
        })))
    }
}

impl Module {
    /// What the module says of itself, which its own types agree with.
    #[must_use]
    pub fn described(&self) -> &Arc<Described> {
        &self.0.described
    }

    /// `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.described.digest
    }

    /// What a check's answer means, in the words of its author.
    #[must_use]
    pub fn about(&self, check: usize) -> &str {
        self.0.abouts.get(check).map_or("", String::as_str)
    }

    /// A check with its parameters' names: `allowed(tags: set<string>, start: time) -> bool`.
    #[must_use]
    pub fn declaration(&self, check: usize) -> String {
        let Some(check) = self.0.checks.get(check) else { return String::new() };
        let parameters: Vec<String> =
            check.names.iter().zip(&check.signature.inputs).map(|(name, kind)| format!("{name}: {kind}")).collect();
        format!("{}({}) -> {}", check.signature.name, parameters.join(", "), check.signature.answer)
    }

    /// The names of a check's parameters.
    #[must_use]
    pub fn parameters(&self, check: usize) -> &[String] {
        self.0.checks.get(check).map_or(&[], |check| &check.names)
    }

    /// Whether its code came from the cache.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.0.from_cache
    }

    /// What its compiled code fits, as part of a file's name.
    pub(super) fn engine_print(&self) -> String {
        let print = changegate_compiled_code::fingerprint(&self.0.host.engine);
        print.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn notes(&self) -> Vec<u8> {
        Description::notes(&self.0.described, &self.0.checks, &self.0.abouts)
    }

    /// Asks a check, by its index in [`Described::checks`], from a fresh state. There is one input for each of its signature.
    ///
    /// # Errors
    /// Why there is no answer. It hangs on nothing but the component, the inputs and the limits, unless it [ends the run](Failure::ends_run).
    pub fn ask(&self, check: usize, inputs: &[Value], limits: Limits) -> Result<Value, Failure> {
        self.run(check, inputs, limits, false).result
    }

    /// Asks a check, and says what it used and logged.
    #[must_use]
    pub fn ask_closely(&self, check: usize, inputs: &[Value], limits: Limits) -> Asked {
        self.run(check, inputs, limits, true)
    }

    fn run(&self, check: usize, inputs: &[Value], limits: Limits, listens: bool) -> Asked {
        let failed = |failure| Asked { result: Err(failure), fuel: 0, memory: 0, log: Vec::new() };
        let Some(check) = self.0.checks.get(check) else {
            return failed(Failure::Input("there is no such check".to_owned()));
        };
        let kinds = &check.signature.inputs;
        if kinds.len() != inputs.len() {
            return failed(Failure::Input(format!("it takes {} inputs and was given {}", kinds.len(), inputs.len())));
        }
        let lowered: Result<Vec<Val>, String> =
            kinds.iter().zip(inputs).map(|(kind, input)| convert::lower(kind, input)).collect();
        let lowered = match lowered {
            Ok(lowered) => lowered,
            Err(what) => return failed(Failure::Input(what)),
        };
        let (result, fuel, state) = call(&self.0.host, &self.0.pre, &check.index, &lowered, limits, listens);
        let result = result.and_then(|answer| {
            let answer = if check.may_refuse { refusal(answer)? } else { answer };
            convert::lift(&check.signature.answer, answer).map_err(Failure::Nonsense)
        });
        Asked { result, fuel, memory: state.memory.used, log: state.log }
    }
}

/// The answer within a `result`.
fn refusal(answer: Val) -> Result<Val, Failure> {
    match answer {
        Val::Result(Ok(Some(answer))) => Ok(*answer),
        Val::Result(Err(Some(why))) => match *why {
            Val::String(why) => Err(Failure::refused(&why)),
            _ => Err(Failure::Nonsense("it is of another type".to_owned())),
        },
        _ => Err(Failure::Nonsense("it is of another type".to_owned())),
    }
}

type Called = (Result<Val, Failure>, u64, State);

/// One call: a fresh instance in a store of its own, which goes with it.
fn call(
    host: &Inner,
    pre: &InstancePre<State>,
    function: &wasmtime::component::ComponentExportIndex,
    inputs: &[Val],
    limits: Limits,
    listens: bool,
) -> Called {
    let mut store = wasmtime::Store::new(&host.engine, State::new(limits.memory, listens));
    store.limiter(|state| &mut state.memory);
    if host.options.metered.guard {
        store.set_epoch_deadline(host.guard_ticks());
        store.epoch_deadline_trap();
    }
    if host.options.metered.fuel {
        // A store of an engine that counts fuel takes it.
        let _ = store.set_fuel(limits.fuel);
    }
    store.set_hostcall_fuel(MAX_ANSWER);
    store.set_max_component_handles(MAX_HANDLES);
    let answer = guarded::call(|| {
        let instance = pre.instantiate(&mut store)?;
        let Some(function) = instance.get_func(&mut store, function) else {
            return Err(wasmtime::Error::msg("the function is not there"));
        };
        let mut answer = [Val::Bool(false)];
        function.call(&mut store, inputs, &mut answer)?;
        let [answer] = answer;
        Ok(answer)
    });
    let left = if host.options.metered.fuel { store.get_fuel().unwrap_or(0) } else { limits.fuel };
    let answer = match answer {
        Ok(answer) => answer.map_err(|e| stopped::call(&e, limits, host.guard_millis())),
        Err(what) => Err(Failure::Host(what)),
    };
    (answer, limits.fuel.saturating_sub(left), store.into_data())
}
