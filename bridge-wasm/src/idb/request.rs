//! The answer of one request.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use indexed_db_futures::KeyRange;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbKeyRange, IdbRequest, IdbRequestReadyState};

use crate::error::Thrown;

/// Waits for the answer of a request that was sent. It wakes its task within the very event of the answer,
/// in which the transaction takes further requests.
pub(super) struct Answer {
    request: IdbRequest,
    waiting: Option<Waiting>,
}

struct Waiting {
    waker: Rc<RefCell<Waker>>,
    _on_answer: Closure<dyn FnMut()>,
}

impl Answer {
    pub(super) fn of(request: IdbRequest) -> Self {
        Self {
            request,
            waiting: None,
        }
    }

    fn outcome(&self) -> Result<JsValue, Thrown> {
        let read = |it: JsValue| Thrown::read(&it);
        match self.request.error().map_err(read)? {
            Some(error) => Err(Thrown::read(&error)),
            None => self.request.result().map_err(read),
        }
    }
}

impl Future for Answer {
    type Output = Result<JsValue, Thrown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.request.ready_state() == IdbRequestReadyState::Done {
            return Poll::Ready(self.outcome());
        }
        if let Some(waiting) = &self.waiting {
            waiting.waker.borrow_mut().clone_from(context.waker());
            return Poll::Pending;
        }
        let waker = Rc::new(RefCell::new(context.waker().clone()));
        let on_answer = {
            let waker = waker.clone();
            Closure::<dyn FnMut()>::new(move || {
                let waker = waker.borrow().clone();
                waker.wake();
            })
        };
        let function = on_answer.as_ref().unchecked_ref();
        self.request.set_onsuccess(Some(function));
        self.request.set_onerror(Some(function));
        self.waiting = Some(Waiting {
            waker,
            _on_answer: on_answer,
        });
        Poll::Pending
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if self.waiting.is_some() {
            self.request.set_onsuccess(None);
            self.request.set_onerror(None);
        }
    }
}

/// Makes the browser's range of ours.
pub(super) fn range(range: KeyRange<JsValue>) -> Result<JsValue, JsValue> {
    Ok(match range {
        KeyRange::Only(key) => key,
        KeyRange::LowerBound(key, is_open) => {
            IdbKeyRange::lower_bound_with_open(&key, is_open)?.into()
        }
        KeyRange::UpperBound(key, is_open) => {
            IdbKeyRange::upper_bound_with_open(&key, is_open)?.into()
        }
        KeyRange::Bound(lower, lower_open, upper, upper_open) => {
            IdbKeyRange::bound_with_lower_open_and_upper_open(
                &lower, &upper, lower_open, upper_open,
            )?
            .into()
        }
    })
}
