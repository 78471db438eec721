import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { firstLanguage, useLanguage } from './i18n/i18n.svelte';

await useLanguage(firstLanguage());
mount(App, { target: document.getElementById('app') as HTMLElement });
