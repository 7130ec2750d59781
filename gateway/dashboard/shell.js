/** The frame around all pages: navigation, the choice of a portfolio, the account. */
import {changes, isOffline} from "./api.js";
import {ChoiceProvider, choiceOf, choosePortfolio, loadBelongings, useChoice} from "./choice.js";
import {Login} from "./login.js";
import {PAGES} from "./pages.js";
import {chooseLanguage, chooseTheme, language, LANGUAGES, theme, THEMES, useWords} from "./preferences.js";
import {addressOf, place} from "./router.js";
import {end, session} from "./session.js";
import {useLoaded, useStore} from "./store.js";
import {Select} from "./ui/form.js";
import {Icon} from "./ui/icon.js";
import {Failure, Loading, Notices} from "./ui/notices.js";
import {html, useEffect, useErrorBoundary, useRef} from "./vendor/preact.js";
import {words as common} from "./words/common.js";
import {LANGUAGE_NAMES, words} from "./words/shell.js";

/** @import {Page} from "./pages.js" */

/** The whole page: the login, or the frame with what the address means. */
export function Shell() {
  const {token} = useStore(session);
  const w = useWords(words);
  useEffect(() => {
    if (!token) document.title = `${w.login} – ${w.product}`;
  }, [token, w]);
  return token ? html`<${Frame} />` : html`<${Login}><${Appearance} /><//>`;
}

function Frame() {
  const w = useWords(words);
  useStore(place);
  const belongings = useLoaded(`belongings ${useStore(changes)}`, loadBelongings);
  const last = useRef(belongings.value);
  last.current = belongings.value ?? last.current; // what was there stays while it is loaded again
  if (!last.current) {
    return html`<main id="content" class="alone">
      ${belongings.error ? html`<${Failure} error=${belongings.error} onRetry=${belongings.reload} />` : html`<${Loading} />`}
    </main>`;
  }
  return html`<${ChoiceProvider} value=${choiceOf(last.current)}>
    <a class="skip" href="#content">${w.skip}</a>
    <div class="frame">
      <${Bar} />
      <${Navigation} />
      <${Content} />
    </div>
    <${Notices} />
  <//>`;
}

function Bar() {
  const w = useWords(words);
  const c = useWords(common);
  const {portfolios, portfolio} = useChoice();
  const options = portfolios.map(({id, name}) => ({value: String(id), label: name}));
  return html`<header class="bar">
    <a class="brand" href=${addressOf("")}>
      <img src=${new URL("icon.svg", import.meta.url).pathname} alt="" width="28" height="28" />
      <span>${w.product}</span>
    </a>
    ${portfolios.length > 1 &&
    html`<${Select} id="portfolio" label=${w.portfolio} isLabelHidden
      value=${portfolio ? String(portfolio.id) : ""} options=${[{value: "", label: c.all}, ...options]}
      onChange=${choosePortfolio} />`}
    <${Account} />
  </header>`;
}

function Account() {
  const w = useWords(words);
  const {me} = useChoice();
  return html`<div class="account">
    <button type="button" class="quiet" popovertarget="account" aria-label=${w.accountOf(me.username)}>
      <${Icon} name="account" />
    </button>
    <div id="account" popover="auto" class="card menu">
      <p class="who">${me.username}</p>
      <${Appearance} />
      <a href="/api/docs/" target="_blank" rel="noopener">${w.documentation}</a>
      <button type="button" onClick=${() => end()}>${w.logout}</button>
    </div>
  </div>`;
}

function Appearance() {
  const w = useWords(words);
  const languages = LANGUAGES.map((value) => ({value, label: LANGUAGE_NAMES[value]}));
  const themes = THEMES.map((value) => ({value, label: w.themes[value]}));
  return html`<div class="appearance">
    <${Select} id="language" label=${w.language} value=${useStore(language)} options=${languages} onChange=${chooseLanguage} />
    <${Select} id="theme" label=${w.theme} value=${useStore(theme)} options=${themes} onChange=${chooseTheme} />
  </div>`;
}

function Navigation() {
  const w = useWords(words);
  const {page: current} = useStore(place);
  return html`<nav class="side" aria-label=${w.navigation}>
    <ul>
      ${PAGES.map(
        (page) =>
          page.icon &&
          html`<li key=${page.name}>
            <a href=${addressOf(page.path)} aria-current=${page === current ? "page" : undefined}>
              <${Icon} name=${page.icon} /><span>${w.pages[page.name]}</span>
            </a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

/** The page that the address means, loaded when it is wanted for the first time. */
function Content() {
  const {page, parameters} = useStore(place);
  const w = useWords(words);
  const {portfolio} = useChoice();
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const address = page ? `${page.name} ${JSON.stringify(parameters)}` : "";
  const title = page ? w.pages[page.name] : w.notThere;

  useEffect(() => {
    document.title = [title, portfolio?.name, w.product].filter(Boolean).join(" – ");
  }, [title, portfolio, w]);
  useFocus(main, address);

  return html`<main id="content" tabindex="-1" ref=${main} aria-label=${title}>
    ${page ? html`<${Loaded} key=${address} page=${page} parameters=${parameters} />` : html`<${NotThere} />`}
  </main>`;
}

/**
 * Move the focus to the content when another page is there, as a browser does with a new document.
 *
 * @param {{current: HTMLElement | null}} main
 * @param {string} address
 */
function useFocus(main, address) {
  const before = useRef(address);
  useEffect(() => {
    if (before.current === address) return;
    before.current = address;
    scrollTo(0, 0);
    main.current?.focus({preventScroll: true});
  }, [address]);
}

/** @param {{page: Page, parameters: Record<string, string>}} props */
function Loaded({page, parameters}) {
  const [broken, repair] = useErrorBoundary((error) => console.error(error));
  const {value: module, error} = useLoaded(page.name, page.load);
  const c = useWords(common);
  const isOut = useStore(isOffline);
  if (error && !isOut) return html`<${Outdated} />`;
  return html`
    ${isOut && html`<p class="remark" role="status">${c.errors.offline}</p>`}
    ${broken
      ? html`<${Failure} error=${broken} onRetry=${repair} />`
      : module
        ? html`<${module.default} parameters=${parameters} />`
        : html`<${Loading} />`}
  `;
}

/** The server has other files by now: those of this tab are gone. */
function Outdated() {
  const w = useWords(words);
  return html`<div class="failure" role="alert">
    <p>${useWords(common).errors.newVersion}</p>
    <button type="button" onClick=${() => location.reload()}>${w.reload}</button>
  </div>`;
}

function NotThere() {
  const w = useWords(words);
  return html`<h1>${w.notThere}</h1>
    <p><a href=${addressOf("")}>${w.toOverview}</a></p>`;
}
