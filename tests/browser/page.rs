//! What holds for every page: no accessibility violation, nothing from elsewhere, no complaint of the browser, readable at
//! 320 px; and its pictures.

use super::driver::Browser;
use crate::clients::packages;
use serde_json::{Value, json};

/// Rules of WCAG 2.2 AA and what its authors hold for good practice.
const RULES: [&str; 7] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/// Looks at the page that is shown, takes its pictures, and answers what is wrong with it.
pub(crate) async fn look(browser: &Browser, url: &str, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (width, height, dark, suffix) in
        [(1280, 900, false, "light"), (1280, 900, true, "dark"), (360, 740, false, "360")]
    {
        browser.screen(width, height, dark).await;
        if browser.scripts {
            wrong.extend(violations(browser).await.into_iter().map(|what| format!("{name} {suffix}: {what}")));
        }
        browser.picture(&format!("{name}-{suffix}")).await;
    }
    browser.screen(320, 740, false).await;
    let wide = "return document.documentElement.scrollWidth";
    let width = browser.execute(wide, &[]).await;
    if width.as_u64().is_none_or(|width| width > 320) {
        wrong.push(format!("{name}: {width} px wide on a screen of 320"));
    }
    let used = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let used = browser.execute(used, &[]).await;
    let foreign = used.as_array().into_iter().flatten().filter_map(Value::as_str).filter(|used| !used.starts_with(url));
    wrong.extend(foreign.map(|foreign| format!("{name} takes {foreign}")));
    browser.screen(1280, 900, false).await;
    let complaints = browser.complaints().await.into_iter();
    // A page that says what went wrong has such a status, and the browser says that of it; advice is no complaint.
    let is_own = |complaint: &String| {
        complaint.contains("the server responded with a status of 4") || complaint.starts_with("\"DEBUG\"")
    };
    let complaints = complaints.filter(|complaint| !is_own(complaint));
    wrong.extend(complaints.into_iter().map(|complaint| format!("{name}: {complaint}")));
    wrong
}

/// What axe-core finds.
async fn violations(browser: &Browser) -> Vec<String> {
    let axe = std::fs::read_to_string(packages().join("node/node_modules/axe-core/axe.min.js")).expect("axe-core");
    // The page's policy lets no script in; the driver brings it from outside.
    browser.execute(&format!("if (!window.axe) {{ {axe} }}"), &[]).await;
    let script = "return axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']}).then(found => \
                  found.violations.map(one => one.id + ': ' + one.help + ' at ' + \
                  one.nodes.map(node => node.target.join(' ') + ' (' + (node.any[0] || node.none[0] || node.all[0] || {}).message + ')').join(', ')))";
    let found = browser.execute(script, &[json!(RULES)]).await;
    found.as_array().expect("a list").iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
