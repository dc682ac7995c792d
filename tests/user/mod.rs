//! `/user/…`, the pages anybody may open, and the mails they send. Tests named by a row of the attack matrix say so.

mod mail;
